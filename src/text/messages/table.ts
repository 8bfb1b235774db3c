import type { Bilingual } from "../language.ts";

export type MessageTable = Readonly<Record<string, Bilingual>>;
