/** The conformance suite: every case that a store must pass. */
import type { StoreCase } from "../store-case.ts";
import { activityCases } from "./activity.ts";
import { addCases } from "./add.ts";
import { adminCases } from "./admin.ts";
import { budgetCases } from "./budget.ts";
import { cancelCases } from "./cancel.ts";
import { claimCases } from "./claim.ts";
import { contentionCases } from "./contention.ts";
import { countCases } from "./count.ts";
import { crashCases } from "./crash.ts";
import { delayCases } from "./delay.ts";
import { fencingCases } from "./fencing.ts";
import { followUpCases } from "./follow-up.ts";
import { followersCases } from "./followers.ts";
import { headersCases } from "./headers.ts";
import { holdingCases } from "./holding.ts";
import { keyCases } from "./key.ts";
import { keyWindowCases } from "./key-window.ts";
import { lawCases } from "./law.ts";
import { leaseCases } from "./lease.ts";
import { lifetimeCases } from "./lifetime.ts";
import { listCases } from "./list.ts";
import { lostReplyCases } from "./lost-reply.ts";
import { orderCases } from "./order.ts";
import { producerCases } from "./producer.ts";
import { pauseCases } from "./pause.ts";
import { payloadCases } from "./payload.ts";
import { purgeCases } from "./purge.ts";
import { maintainCases } from "./maintain.ts";
import { queuesCases } from "./queues.ts";
import { refusalCases } from "./refusal.ts";
import { retentionCases } from "./retention.ts";
import { settingsCases } from "./settings.ts";
import { signalCases } from "./signal.ts";
import { timeCases } from "./time.ts";
import { totalsCases } from "./totals.ts";

export const storeCases: readonly StoreCase[] = [
  ...lawCases,
  ...addCases,
  ...producerCases,
  ...claimCases,
  ...orderCases,
  ...timeCases,
  ...delayCases,
  ...leaseCases,
  ...fencingCases,
  ...budgetCases,
  ...keyCases,
  ...keyWindowCases,
  ...payloadCases,
  ...settingsCases,
  ...headersCases,
  ...contentionCases,
  ...lostReplyCases,
  ...holdingCases,
  ...crashCases,
  ...followersCases,
  ...followUpCases,
  ...cancelCases,
  ...adminCases,
  ...pauseCases,
  ...purgeCases,
  ...retentionCases,
  ...maintainCases,
  ...listCases,
  ...countCases,
  ...queuesCases,
  ...activityCases,
  ...totalsCases,
  ...signalCases,
  ...lifetimeCases,
  ...refusalCases,
];
