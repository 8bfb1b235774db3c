import { describe, expect, test } from "vitest";
import { referenceOf } from "./reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("an image's name", () => {
  test.each([
    ["nginx", "docker.io/library/nginx:latest"],
    ["nginx:1.27", "docker.io/library/nginx:1.27"],
    ["library/nginx", "docker.io/library/nginx:latest"],
    ["bitnami/redis:7", "docker.io/bitnami/redis:7"],
    [`nginx@${digest}`, `docker.io/library/nginx@${digest}`],
    ["docker.io/library/nginx:1", "docker.io/library/nginx:1"],
    ["index.docker.io/library/nginx:1", "docker.io/library/nginx:1"],
  ])("%s is Docker Hub's, which is said and not asked", (image, name) => {
    const read = referenceOf(image);
    expect(read).toMatchObject({ outcome: "unknown", subject: image });
    expect("told" in read && "en" in read.told && read.told.en).toContain(
      `${name} of Docker Hub, which was not asked`,
    );
  });

  test.each(["harbor.example.com/library/nginx:1", "localhost/team/app", "harbor:8443/team/app:1"])(
    "%s names its own registry",
    (image) => {
      expect(referenceOf(image)).toMatchObject({ registry: image.slice(0, image.indexOf("/")) });
    },
  );

  test.each(["", "Nginx", "a b", "harbor.example.com/"])("%j that is none is unknown", (image) => {
    expect(referenceOf(image)).toMatchObject({ probe: "manifest", outcome: "unknown" });
  });
});
