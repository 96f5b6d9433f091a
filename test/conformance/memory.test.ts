import { test } from "node:test";
import { storeConformance } from "../../src/testing/index.ts";
import { memoryUnderTest } from "../support/memory-under-test.ts";

storeConformance({ name: "memory", open: memoryUnderTest, test });
