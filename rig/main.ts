import { rigLayout } from "./layout.ts";
import { bringUp } from "./up.ts";

await bringUp(rigLayout(), (line) => console.log(line));
