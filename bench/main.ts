import { benchProjectBinding } from "./project-binding.ts";

// Prints ratios to floors measured in the same run; asserts nothing about time, because machines differ.
console.log("ProjectBinding\n");
await benchProjectBinding(Number(process.env.BENCH_PROJECTS ?? "1000"));
