import { benchProjectBinding } from "./project-binding.ts";

// Prints ratios to floors measured in the same run; asserts nothing about time, because machines differ.
console.log("ProjectBinding\n");
const { BENCH_PROJECTS = "1000", BENCH_ROUNDS = "3" } = process.env;
await benchProjectBinding(Number(BENCH_PROJECTS), Number(BENCH_ROUNDS));
