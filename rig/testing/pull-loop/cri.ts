import { openCri } from "../../cri.ts";
import { rigAddresses } from "../../addresses.ts";
import { around, timed, type Puller, type PullPlace } from "./puller.ts";

const patience = 30_000;

/** So many pull side by side, as the kubelet has several pulls in hand. */
export const criPullers = 4;

/**
 * What the kubelet asks of containerd for a pull, without the kubelet; then the image is removed, so that the next pull is a whole one.
 * @param part which quarter of the tags, from 0: no other may pull an image while it is removed
 */
export function criPuller(place: PullPlace, name: string, every: number, part: number): Puller & Disposable {
  const cri = openCri(rigAddresses().containerdSocket);
  const quarter = place.small.tags / criPullers;
  const tag = around(quarter);
  return {
    name,
    does: "CRI PullImage by containerd with its certs.d, every byte anew, then RemoveImage",
    every,
    async round(done) {
      const image = `${place.host}/${place.small.repository}:${part * quarter + tag()}`;
      const credential = await place.credential();
      const pull = await timed("containerd", image, () => cri.pullImage(image, credential, patience));
      done(pull);
      if (pull.failure === undefined) await cri.removeImage(image, patience);
    },
    [Symbol.dispose]() {
      cri[Symbol.dispose]();
    },
  };
}
