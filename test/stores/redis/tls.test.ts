/** TLS, with the certificate checked. */
import { hasCode } from "../../../src/task/errors.ts";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { createClient } from "@redis/client";
import {
  type Certificates,
  makeCertificates,
  type RedisServer,
  startRedis,
} from "../../../scripts/redis-service.ts";
import { findProgram } from "../../../scripts/services.ts";
import { redisForTests } from "../../services.ts";
import { claim, openStore, rejectsWith, task } from "../../support/redis-fixture.ts";

if ((await redisForTests()) !== undefined && (await findProgram("openssl")) !== undefined) {
  let certificates: Certificates;
  let server: RedisServer;
  before(async () => {
    certificates = await makeCertificates();
    server = await startRedis({ tls: certificates });
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await certificates[Symbol.asyncDispose]();
  });

  for (const host of ["127.0.0.1", "localhost"]) {
    test(`a rediss:// URL with the authority's certificate works, by ${host}`, async () => {
      const ca = await readFile(certificates.ca);
      await using store = await openStore({ url: `rediss://${host}:${server.port}`, tls: { ca } });
      await using _ = await store.signal.subscribe(["default"], () => {});
      await store.add([task()]);
      assert.equal((await claim(store)).length, 1);
    });
  }

  test("a certificate that nobody vouches for is refused", async () => {
    await rejectsWith(openStore({ url: server.url }), "STORE_UNAVAILABLE", /certificate/);
  });

  test("a plain URL to a TLS port is refused, and the other way round", async () => {
    await using plain = await startRedis();
    // The server hangs up on what is no handshake: before the first command is sent, or while it is.
    await assert.rejects(
      openStore({ url: `redis://127.0.0.1:${server.port}`, deadlineMs: 2_000 }),
      (error) => hasCode(error, "UNKNOWN") || hasCode(error, "STORE_UNAVAILABLE"),
    );
    await rejectsWith(
      openStore({ url: `rediss://127.0.0.1:${plain.port}`, deadlineMs: 2_000 }),
      "STORE_UNAVAILABLE",
    );
  });

  test("a client's settings are taken over, and the client is left alone", async () => {
    const ca = await readFile(certificates.ca);
    const client = createClient({ url: `rediss://localhost:${server.port}`, socket: { tls: true, ca } });
    const store = await openStore({ client, prefix: "given" });
    await store.add([task()]);
    await store[Symbol.asyncDispose]();
    assert.equal(client.isOpen, false);
    await client.connect();
    assert.equal(await client.zCard("given:queues"), 1);
    client.destroy();
  });
}
