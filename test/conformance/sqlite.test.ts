import { test } from "node:test";
import { storeConformance } from "../../src/testing/index.ts";
import { sqliteUnderTest } from "../support/sqlite-under-test.ts";

storeConformance({ name: "sqlite", open: sqliteUnderTest, test });
