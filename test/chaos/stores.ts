/** The stores that processes can share, and so survive. */

export interface Ground extends AsyncDisposable {
  readonly url: string;
}

/** Each opens a fresh one, in `folder` if it needs files. */
export const chaosStores: Readonly<Record<string, (folder: string) => Promise<Ground>>> = {
  sqlite: async (folder) => ({
    url: `sqlite:${folder}/chaos.db`,
    [Symbol.asyncDispose]: async () => undefined,
  }),
};
