import type { Cause } from "./cause.ts";

export const imageNameInvalid: Cause = {
  code: "IMAGE_NAME_INVALID",
  severity: "error",
  title: { en: "The image's name is not one", zh: "镜像名称无效" },
  explanation: {
    en: "The reference in the pod can not be read: a scheme (https://), capital letters or blanks in it.",
    zh: "Pod 中的镜像引用无法解析：包含协议（https://）、大写字母或空格。",
  },
  fix: { en: "Correct the image of the container.", zh: "修正容器的镜像名称。" },
  proof: { en: "The pod starts.", zh: "Pod 启动成功。" },
  signs: [
    { literal: "InvalidImageName" },
    { literal: "couldn't parse image" },
    { literal: "invalid reference format" },
  ],
  live: ["REGISTRY_REFERENCE_INVALID"],
};
