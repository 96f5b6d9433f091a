/** The checks of `check.ts` for whoever writes a store: there a getter or a proxy that throws is refused, too, as `checkedStore` does. */
import { unreadable } from "../task/reading.ts";
import * as check from "./check.ts";

/** The check; what it throws while it reads becomes `INVALID_OPTION`. */
function reads<Args extends readonly unknown[]>(accepts: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    try {
      accepts(...args);
    } catch (error) {
      throw unreadable("what was to be checked", error);
    }
  };
}

/** Fails with `INVALID_OPTION` for what lacks a part of the contract that every store has. */
export const checkStore = reads(check.checkStore);
export const checkNewTasks = reads(check.checkNewTasks);
export const checkExchange = reads(check.checkExchange);
export const checkExtend = reads(check.checkExtend);
export const checkMaintain = reads(check.checkMaintain);
export const checkFilter = reads(check.checkFilter);
export const checkActivityQuery = reads(check.checkActivityQuery);
export const checkTaskRef = reads(check.checkTaskRef);
export const checkAct = reads(check.checkAct);
export const checkEdit = reads(check.checkEdit);
export const checkQueueQuery = reads(check.checkQueueQuery);
export const checkQueue = reads(check.checkQueue);
export const checkSubscribe = reads(check.checkSubscribe);
export const checkStates = reads(check.checkStates);
