/** Which methods an address takes. Asked only when a request found no handler. */

export interface Route {
  readonly method: string;
  /** With `{fields}`. */
  readonly path: string;
}

/** Methods of the routes that the path fits, HEAD with GET; none if there is nothing at this path. */
export function allowedMethods(routes: readonly Route[], path: string): string[] {
  const methods = new Set<string>();
  for (const route of routes) {
    if (!fits(route.path, path)) continue;
    methods.add(route.method);
    if (route.method === "GET") methods.add("HEAD");
  }
  return [...methods];
}

function fits(template: string, path: string): boolean {
  const wanted = template.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((step, index) => (step.startsWith("{") ? given[index] !== "" : step === given[index]))
  );
}
