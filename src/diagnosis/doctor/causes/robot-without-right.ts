import type { Cause } from "../../causes/cause.ts";

export const robotWithoutRight: Cause = {
  code: "ROBOT_WITHOUT_RIGHT",
  severity: "error",
  title: { en: "The robot account may not pull from this project", zh: "机器人账户无权从该项目拉取" },
  explanation: {
    en: "The login is right, and the robot has no pull right on the image's Harbor project. Harbor answers 401, never 403, so that it looks like a wrong login.",
    zh: "登录信息正确，但该机器人账户对镜像所在的 Harbor 项目没有拉取权限。Harbor 返回 401 而不是 403，因此看起来像登录错误。",
  },
  fix: {
    en: "Give it pull on the repositories of that project, or bind the namespace to the project by a ProjectBinding.",
    zh: "授予其该项目仓库的拉取权限，或用 ProjectBinding 将命名空间绑定到该项目。",
  },
  proof: {
    en: "`moorline doctor` finds nothing for the pod any more.",
    zh: "`moorline doctor` 不再报告该 Pod 的问题。",
  },
  signs: [],
  live: ["ROBOT_WITHOUT_PULL"],
  explains: ["CREDENTIAL_REFUSED", "PULL_REFUSED"],
  mendedBy: "ProjectBinding",
};
