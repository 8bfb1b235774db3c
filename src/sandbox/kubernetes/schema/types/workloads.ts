/** Pods and Deployments. As /openapi/v2 of kube-apiserver 1.20.2 tells them; the notation is told in language.ts. */
export const workloadTypes = `
Pod: apiVersion=s kind=s metadata=ObjectMeta spec=PodSpec status=PodStatus
Deployment: apiVersion=s kind=s metadata=ObjectMeta spec=DeploymentSpec status=DeploymentStatus
PodSpec: activeDeadlineSeconds=i affinity=Affinity automountServiceAccountToken=b
PodSpec: containers=[Container]<name> dnsConfig=PodDNSConfig dnsPolicy=s enableServiceLinks=b
PodSpec: ephemeralContainers=[EphemeralContainer]<name> hostAliases=[HostAlias]<ip> hostIPC=b hostNetwork=b
PodSpec: hostPID=b hostname=s imagePullSecrets=[LocalObjectReference]<name> initContainers=[Container]<name>
PodSpec: nodeName=s nodeSelector={s} overhead={q} preemptionPolicy=s priority=i priorityClassName=s
PodSpec: readinessGates=[PodReadinessGate] restartPolicy=s runtimeClassName=s schedulerName=s
PodSpec: securityContext=PodSecurityContext serviceAccount=s serviceAccountName=s setHostnameAsFQDN=b
PodSpec: shareProcessNamespace=b subdomain=s terminationGracePeriodSeconds=i tolerations=[Toleration]
PodSpec: topologySpreadConstraints=[TopologySpreadConstraint]<topologyKey+whenUnsatisfiable>~topologyKey
PodSpec: volumes=[Volume]<name>
PodStatus: conditions=[PodCondition]<type> containerStatuses=[ContainerStatus]
PodStatus: ephemeralContainerStatuses=[ContainerStatus] hostIP=s initContainerStatuses=[ContainerStatus]
PodStatus: message=s nominatedNodeName=s phase=s podIP=s podIPs=[PodIP]<ip> qosClass=s reason=s startTime=t
DeploymentSpec: minReadySeconds=i paused=b progressDeadlineSeconds=i replicas=i revisionHistoryLimit=i
DeploymentSpec: selector=LabelSelector strategy=DeploymentStrategy template=PodTemplateSpec
DeploymentStatus: availableReplicas=i collisionCount=i conditions=[DeploymentCondition]<type>
DeploymentStatus: observedGeneration=i readyReplicas=i replicas=i unavailableReplicas=i updatedReplicas=i
Affinity: nodeAffinity=NodeAffinity podAffinity=PodAffinity podAntiAffinity=PodAntiAffinity
Container: args=[s] command=[s] env=[EnvVar]<name> envFrom=[EnvFromSource] image=s imagePullPolicy=s
Container: lifecycle=Lifecycle livenessProbe=Probe name=s
Container: ports=[ContainerPort]<containerPort+protocol>~containerPort readinessProbe=Probe
Container: resources=ResourceRequirements securityContext=SecurityContext startupProbe=Probe stdin=b
Container: stdinOnce=b terminationMessagePath=s terminationMessagePolicy=s tty=b
Container: volumeDevices=[VolumeDevice]<devicePath> volumeMounts=[VolumeMount]<mountPath> workingDir=s
PodDNSConfig: nameservers=[s] options=[PodDNSConfigOption] searches=[s]
EphemeralContainer: args=[s] command=[s] env=[EnvVar]<name> envFrom=[EnvFromSource] image=s
EphemeralContainer: imagePullPolicy=s lifecycle=Lifecycle livenessProbe=Probe name=s ports=[ContainerPort]
EphemeralContainer: readinessProbe=Probe resources=ResourceRequirements securityContext=SecurityContext
EphemeralContainer: startupProbe=Probe stdin=b stdinOnce=b targetContainerName=s terminationMessagePath=s
EphemeralContainer: terminationMessagePolicy=s tty=b volumeDevices=[VolumeDevice]<devicePath>
EphemeralContainer: volumeMounts=[VolumeMount]<mountPath> workingDir=s
HostAlias: hostnames=[s] ip=s
PodReadinessGate: conditionType=s
PodSecurityContext: fsGroup=i fsGroupChangePolicy=s runAsGroup=i runAsNonRoot=b runAsUser=i
PodSecurityContext: seLinuxOptions=SELinuxOptions seccompProfile=SeccompProfile supplementalGroups=[i]
PodSecurityContext: sysctls=[Sysctl] windowsOptions=WindowsSecurityContextOptions
Toleration: effect=s key=s operator=s tolerationSeconds=i value=s
TopologySpreadConstraint: labelSelector=LabelSelector maxSkew=i topologyKey=s whenUnsatisfiable=s
PodCondition: lastProbeTime=t lastTransitionTime=t message=s reason=s status=s type=s
ContainerStatus: containerID=s image=s imageID=s lastState=ContainerState name=s ready=b restartCount=i
ContainerStatus: started=b state=ContainerState
PodIP: ip=s
DeploymentStrategy: rollingUpdate=RollingUpdateDeployment type=s
PodTemplateSpec: metadata=ObjectMeta spec=PodSpec
DeploymentCondition: lastTransitionTime=t lastUpdateTime=t message=s reason=s status=s type=s
NodeAffinity: preferredDuringSchedulingIgnoredDuringExecution=[PreferredSchedulingTerm]
NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution=NodeSelector
PodAffinity: preferredDuringSchedulingIgnoredDuringExecution=[WeightedPodAffinityTerm]
PodAffinity: requiredDuringSchedulingIgnoredDuringExecution=[PodAffinityTerm]
PodAntiAffinity: preferredDuringSchedulingIgnoredDuringExecution=[WeightedPodAffinityTerm]
PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution=[PodAffinityTerm]
EnvVar: name=s value=s valueFrom=EnvVarSource
EnvFromSource: configMapRef=ConfigMapEnvSource prefix=s secretRef=SecretEnvSource
Lifecycle: postStart=Handler preStop=Handler
Probe: exec=ExecAction failureThreshold=i httpGet=HTTPGetAction initialDelaySeconds=i periodSeconds=i
Probe: successThreshold=i tcpSocket=TCPSocketAction timeoutSeconds=i
ContainerPort: containerPort=i hostIP=s hostPort=i name=s protocol=s
ResourceRequirements: limits={q} requests={q}
SecurityContext: allowPrivilegeEscalation=b capabilities=Capabilities privileged=b procMount=s
SecurityContext: readOnlyRootFilesystem=b runAsGroup=i runAsNonRoot=b runAsUser=i
SecurityContext: seLinuxOptions=SELinuxOptions seccompProfile=SeccompProfile
SecurityContext: windowsOptions=WindowsSecurityContextOptions
VolumeDevice: devicePath=s name=s
VolumeMount: mountPath=s mountPropagation=s name=s readOnly=b subPath=s subPathExpr=s
PodDNSConfigOption: name=s value=s
SELinuxOptions: level=s role=s type=s user=s
SeccompProfile: localhostProfile=s type=s
Sysctl: name=s value=s
WindowsSecurityContextOptions: gmsaCredentialSpec=s gmsaCredentialSpecName=s runAsUserName=s
ContainerState: running=ContainerStateRunning terminated=ContainerStateTerminated
ContainerState: waiting=ContainerStateWaiting
RollingUpdateDeployment: maxSurge=q maxUnavailable=q
PreferredSchedulingTerm: preference=NodeSelectorTerm weight=i
NodeSelector: nodeSelectorTerms=[NodeSelectorTerm]
WeightedPodAffinityTerm: podAffinityTerm=PodAffinityTerm weight=i
PodAffinityTerm: labelSelector=LabelSelector namespaces=[s] topologyKey=s
EnvVarSource: configMapKeyRef=ConfigMapKeySelector fieldRef=ObjectFieldSelector
EnvVarSource: resourceFieldRef=ResourceFieldSelector secretKeyRef=SecretKeySelector
ConfigMapEnvSource: name=s optional=b
SecretEnvSource: name=s optional=b
Handler: exec=ExecAction httpGet=HTTPGetAction tcpSocket=TCPSocketAction
ExecAction: command=[s]
HTTPGetAction: host=s httpHeaders=[HTTPHeader] path=s port=q scheme=s
TCPSocketAction: host=s port=q
Capabilities: add=[s] drop=[s]
ContainerStateRunning: startedAt=t
ContainerStateTerminated: containerID=s exitCode=i finishedAt=t message=s reason=s signal=i startedAt=t
ContainerStateWaiting: message=s reason=s
NodeSelectorTerm: matchExpressions=[NodeSelectorRequirement] matchFields=[NodeSelectorRequirement]
ConfigMapKeySelector: key=s name=s optional=b
ObjectFieldSelector: apiVersion=s fieldPath=s
ResourceFieldSelector: containerName=s divisor=q resource=s
SecretKeySelector: key=s name=s optional=b
HTTPHeader: name=s value=s
NodeSelectorRequirement: key=s operator=s values=[s]
`;
