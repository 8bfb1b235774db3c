import { defineConfig } from "vitest/config";

// What cuts the power after every single write takes a minute: it runs before anything lands, not at every keystroke.
export default defineConfig({
  test: {
    include: ["src/**/*.slow.test.ts"],
    testTimeout: 240_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 25_000 } },
    restoreMocks: true,
    maxWorkers: 2,
  },
});
