/** A program that the rig runs in the background. */
export interface Service {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Files read at start only: the service is restarted when one of them changes. */
  readonly configuration?: readonly string[];
  /** Whether it does its work by now; false and an error both mean "ask again". */
  ready(): Promise<boolean>;
  /** Milliseconds that it may take to become ready; 60 s unless told. */
  readonly patience?: number;
}
