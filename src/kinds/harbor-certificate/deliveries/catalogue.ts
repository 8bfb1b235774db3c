import { composeDelivery } from "./compose/delivery.ts";
import type { Delivery } from "./delivery.ts";
import { filesDelivery } from "./files.ts";
import { helmDelivery } from "./helm/helm.ts";
import { secretsDelivery } from "./secrets.ts";

/** Every way of delivery, in the order in which their steps are shown. */
export const deliveries: readonly Delivery[] = [
  filesDelivery,
  secretsDelivery,
  composeDelivery,
  helmDelivery,
];
