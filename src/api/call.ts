/** Operations by name, with the types that the catalogue gives them: what an entry point in this language calls. */
import { catalogue } from "./catalogue.ts";
import type { ApiContext, Operation } from "./operation.ts";
import type { TypeOf } from "./schema.ts";

type Listed = (typeof catalogue)[number];

export type OperationName = Listed["name"];

type Named<Name extends OperationName> = Extract<Listed, { readonly name: Name }>;

/** What the operation of this name takes. */
export type InputOf<Name extends OperationName> = TypeOf<Named<Name>["input"]>;

/** What the operation of this name answers. */
export type OutputOf<Name extends OperationName> = TypeOf<Named<Name>["output"]>;

/** Calls an operation, wherever it runs. Fails with a `WindlassError`. */
export type Call = <Name extends OperationName>(name: Name, input: InputOf<Name>) => Promise<OutputOf<Name>>;

/** Operations to call until it is closed. Here they run in the process; behind another one they may run on a server. */
export interface Session extends AsyncDisposable {
  readonly call: Call;
}

const operations = new Map<string, Operation>(catalogue.map((operation) => [operation.name, operation]));

/** Operations that run in this process, on its client. */
export function localCall(context: ApiContext): Call {
  return async <Name extends OperationName>(name: Name, input: InputOf<Name>) =>
    (await operations.get(name)!.call(context, input)) as OutputOf<Name>;
}
