/** KubeSphere workspaces and their projects, as a first visitor finds them. */
export const seededWorkspaces: Readonly<Record<string, readonly string[]>> = {
  shop: ["shop-web", "shop-api"],
  bank: ["bank-core", "bank-ledger"],
};
