/** The conformance suite: every case that a store must pass. */
import type { StoreCase } from "../store-case.ts";
import { addCases } from "./add.ts";

export const storeCases: readonly StoreCase[] = [...addCases];
