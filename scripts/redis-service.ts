/** Private Redis servers: one, a cluster of 3 + 3, or a primary with a replica and three sentinels. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram, freePort, provideProgram, runProgram, Service } from "./services.ts";

export interface RedisOptions {
  /** More lines of configuration, e.g. `appendonly yes`. */
  readonly lines?: readonly string[] | undefined;
  /** A free one by default. */
  readonly port?: number | undefined;
  /** TLS only, with these certificates. */
  readonly tls?: Certificates | undefined;
}

export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly service: Service;
}

const READY = /Ready to accept connections/;

/** `redis-server` on the path, installed if need be; undefined if there is none to be had. */
export function provideRedis(): Promise<string | undefined> {
  return provideProgram("redis-server", "redis-server");
}

/** Starts a server that keeps nothing on disk, unless `lines` say otherwise. Its folder goes with it. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "windlass-redis-"));
  const { tls, lines = [] } = options;
  const port = options.port ?? (await freePort());
  const config = [
    `dir ${folder}`,
    "bind 127.0.0.1",
    ...(tls === undefined ? [`port ${port}`] : ["port 0", `tls-port ${port}`, ...tlsLines(tls)]),
    'save ""',
    "daemonize no",
    "repl-diskless-sync-delay 0",
    'logfile ""',
    ...lines,
  ];
  const path = join(folder, "redis.conf");
  await writeFile(path, `${config.join("\n")}\n`);
  const service = new Service(await program("redis-server"), [path], port, READY);
  try {
    await service.start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    port,
    url: `${tls === undefined ? "redis" : "rediss"}://127.0.0.1:${port}`,
    service,
    async [Symbol.asyncDispose]() {
      await service.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface RedisCluster extends AsyncDisposable {
  readonly url: string;
  /** Three primaries, then their replicas. */
  readonly nodes: readonly RedisServer[];
}

/** A node that a busy machine did not let speak for so long would be taken for dead, and the cluster for down. */
const CALM_MS = 15_000;

/**
 * Starts three primaries with a replica each. They take a node for failed that was silent for `nodeTimeoutMs` (15 s): a
 * test that kills one says less.
 */
export async function startRedisCluster(
  options: RedisOptions & { readonly nodeTimeoutMs?: number } = {},
): Promise<RedisCluster> {
  await using stack = new AsyncDisposableStack();
  const { nodeTimeoutMs = CALM_MS } = options;
  const lines = ["cluster-enabled yes", `cluster-node-timeout ${nodeTimeoutMs}`, ...(options.lines ?? [])];
  const nodes: RedisServer[] = [];
  for (let i = 0; i < 6; i++) {
    // The bus listens 10,000 above the port, which so must not be above 55,535.
    const port = await lowPort();
    nodes.push(
      stack.use(await startRedis({ ...options, port, lines: [...lines, `cluster-port ${await lowPort()}`] })),
    );
  }
  const cli = await program("redis-cli");
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const created = await runProgram(cli, [
    ...cliTls(options.tls),
    "--cluster",
    "create",
    ...addresses,
    "--cluster-replicas",
    "1",
    "--cluster-yes",
  ]);
  if (!/All 16384 slots covered/.test(created)) throw new Error(`the cluster did not form:\n${created}`);
  for (const { port } of nodes) {
    await until(cli, port, options.tls, ["cluster", "info"], /cluster_state:ok[\s\S]*cluster_known_nodes:6/);
  }
  for (const { port } of nodes.slice(3)) {
    await until(cli, port, options.tls, ["info", "replication"], /master_link_status:up/);
  }
  const scheme = options.tls === undefined ? "redis" : "rediss";
  const owned = stack.move();
  return {
    url: `${scheme}+cluster://${addresses.slice(0, 3).join(",")}`,
    nodes,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export interface RedisSentinels extends AsyncDisposable {
  /** With the primary's name `windlass`. */
  readonly url: string;
  readonly primary: RedisServer;
  /** The first of them. */
  readonly replica: RedisServer;
  readonly replicas: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
}

/**
 * Starts a primary, `replicaCount` (1) replicas of it and three sentinels, which fail over when the primary was silent for
 * `downAfterMs` (15 s).
 */
export async function startRedisSentinels(
  options: RedisOptions & { readonly downAfterMs?: number; readonly replicaCount?: number } = {},
): Promise<RedisSentinels> {
  await using stack = new AsyncDisposableStack();
  const { lines = [], replicaCount = 1 } = options;
  const primary = stack.use(await startRedis(options));
  const replicas: RedisServer[] = [];
  const cli = await program("redis-cli");
  for (let i = 0; i < replicaCount; i++) {
    const replica = stack.use(
      await startRedis({ ...options, lines: [...lines, `replicaof 127.0.0.1 ${primary.port}`] }),
    );
    await until(cli, replica.port, options.tls, ["info", "replication"], /master_link_status:up/);
    replicas.push(replica);
  }
  const sentinels: RedisServer[] = [];
  for (let i = 0; i < 3; i++)
    sentinels.push(stack.use(await startSentinel(primary.port, { downAfterMs: CALM_MS, ...options })));
  for (const { port } of sentinels) {
    await until(
      cli,
      port,
      options.tls,
      ["info", "sentinel"],
      new RegExp(`status=ok,.*slaves=${replicaCount},sentinels=3`),
    );
  }
  const scheme = options.tls === undefined ? "redis" : "rediss";
  const owned = stack.move();
  return {
    url: `${scheme}+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}/windlass`,
    primary,
    replica: replicas[0]!,
    replicas,
    sentinels,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function startSentinel(
  primaryPort: number,
  { tls, downAfterMs }: RedisOptions & { readonly downAfterMs: number },
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "windlass-sentinel-"));
  const port = await freePort();
  const path = join(folder, "sentinel.conf");
  const config = [
    `dir ${folder}`,
    "bind 127.0.0.1",
    ...(tls === undefined ? [`port ${port}`] : ["port 0", `tls-port ${port}`, ...tlsLines(tls)]),
    `sentinel monitor windlass 127.0.0.1 ${primaryPort} 2`,
    `sentinel down-after-milliseconds windlass ${downAfterMs}`,
    "sentinel failover-timeout windlass 3000",
  ];
  await writeFile(path, `${config.join("\n")}\n`);
  const service = new Service(await program("redis-server"), [path, "--sentinel"], port, /Sentinel ID is/);
  await service.start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    service,
    async [Symbol.asyncDispose]() {
      await service.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Certificates extends AsyncDisposable {
  /** Paths. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of its own and a certificate for localhost and 127.0.0.1, good for a day. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), "windlass-certificates-"));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<string> => runProgram("openssl", args);
  await mkdir(folder, { recursive: true });
  await openssl(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "1",
    "-subj",
    "/CN=Windlass test authority",
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.crt"),
  );
  await openssl(
    "req",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-subj",
    "/CN=localhost",
    "-keyout",
    at("server.key"),
    "-out",
    at("server.csr"),
  );
  await writeFile(at("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  await openssl(
    "x509",
    "-req",
    "-in",
    at("server.csr"),
    "-CA",
    at("ca.crt"),
    "-CAkey",
    at("ca.key"),
    "-CAcreateserial",
    "-days",
    "1",
    "-extfile",
    at("names"),
    "-out",
    at("server.crt"),
  );
  return {
    ca: at("ca.crt"),
    cert: at("server.crt"),
    key: at("server.key"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function tlsLines({ ca, cert, key }: Certificates): string[] {
  return [
    `tls-ca-cert-file ${ca}`,
    `tls-cert-file ${cert}`,
    `tls-key-file ${key}`,
    "tls-auth-clients no",
    "tls-replication yes",
    "tls-cluster yes",
  ];
}

function cliTls(tls: Certificates | undefined): string[] {
  return tls === undefined ? [] : ["--tls", "--cacert", tls.ca];
}

/** Asks until the answer matches: nodes of a cluster learn of each other by gossip, which announces nothing. */
async function until(
  cli: string,
  port: number,
  tls: Certificates | undefined,
  command: readonly string[],
  expected: RegExp,
): Promise<void> {
  let answer = "";
  for (let i = 0; i < 300; i++) {
    answer = await runProgram(cli, [...cliTls(tls), "-p", String(port), ...command]);
    if (expected.test(answer)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`port ${port} never answered ${String(expected)} to ${command.join(" ")}:\n${answer}`);
}

async function lowPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port <= 55_535) return port;
  }
}

async function program(name: string): Promise<string> {
  await provideRedis();
  const path = await findProgram(name);
  if (path === undefined) throw new Error(`${name} is not on the path`);
  return path;
}
