/** The volumes of Pods. As /openapi/v2 of kube-apiserver 1.20.2 tells them; the notation is told in language.ts. */
export const volumeTypes = `
Volume: awsElasticBlockStore=AWSElasticBlockStoreVolumeSource azureDisk=AzureDiskVolumeSource
Volume: azureFile=AzureFileVolumeSource cephfs=CephFSVolumeSource cinder=CinderVolumeSource
Volume: configMap=ConfigMapVolumeSource csi=CSIVolumeSource downwardAPI=DownwardAPIVolumeSource
Volume: emptyDir=EmptyDirVolumeSource ephemeral=EphemeralVolumeSource fc=FCVolumeSource
Volume: flexVolume=FlexVolumeSource flocker=FlockerVolumeSource
Volume: gcePersistentDisk=GCEPersistentDiskVolumeSource gitRepo=GitRepoVolumeSource
Volume: glusterfs=GlusterfsVolumeSource hostPath=HostPathVolumeSource iscsi=ISCSIVolumeSource name=s
Volume: nfs=NFSVolumeSource persistentVolumeClaim=PersistentVolumeClaimVolumeSource
Volume: photonPersistentDisk=PhotonPersistentDiskVolumeSource portworxVolume=PortworxVolumeSource
Volume: projected=ProjectedVolumeSource quobyte=QuobyteVolumeSource rbd=RBDVolumeSource
Volume: scaleIO=ScaleIOVolumeSource secret=SecretVolumeSource storageos=StorageOSVolumeSource
Volume: vsphereVolume=VsphereVirtualDiskVolumeSource
AWSElasticBlockStoreVolumeSource: fsType=s partition=i readOnly=b volumeID=s
AzureDiskVolumeSource: cachingMode=s diskName=s diskURI=s fsType=s kind=s readOnly=b
AzureFileVolumeSource: readOnly=b secretName=s shareName=s
CephFSVolumeSource: monitors=[s] path=s readOnly=b secretFile=s secretRef=LocalObjectReference user=s
CinderVolumeSource: fsType=s readOnly=b secretRef=LocalObjectReference volumeID=s
ConfigMapVolumeSource: defaultMode=i items=[KeyToPath] name=s optional=b
CSIVolumeSource: driver=s fsType=s nodePublishSecretRef=LocalObjectReference readOnly=b volumeAttributes={s}
DownwardAPIVolumeSource: defaultMode=i items=[DownwardAPIVolumeFile]
EmptyDirVolumeSource: medium=s sizeLimit=q
EphemeralVolumeSource: readOnly=b volumeClaimTemplate=PersistentVolumeClaimTemplate
FCVolumeSource: fsType=s lun=i readOnly=b targetWWNs=[s] wwids=[s]
FlexVolumeSource: driver=s fsType=s options={s} readOnly=b secretRef=LocalObjectReference
FlockerVolumeSource: datasetName=s datasetUUID=s
GCEPersistentDiskVolumeSource: fsType=s partition=i pdName=s readOnly=b
GitRepoVolumeSource: directory=s repository=s revision=s
GlusterfsVolumeSource: endpoints=s path=s readOnly=b
HostPathVolumeSource: path=s type=s
ISCSIVolumeSource: chapAuthDiscovery=b chapAuthSession=b fsType=s initiatorName=s iqn=s iscsiInterface=s
ISCSIVolumeSource: lun=i portals=[s] readOnly=b secretRef=LocalObjectReference targetPortal=s
NFSVolumeSource: path=s readOnly=b server=s
PersistentVolumeClaimVolumeSource: claimName=s readOnly=b
PhotonPersistentDiskVolumeSource: fsType=s pdID=s
PortworxVolumeSource: fsType=s readOnly=b volumeID=s
ProjectedVolumeSource: defaultMode=i sources=[VolumeProjection]
QuobyteVolumeSource: group=s readOnly=b registry=s tenant=s user=s volume=s
RBDVolumeSource: fsType=s image=s keyring=s monitors=[s] pool=s readOnly=b secretRef=LocalObjectReference
RBDVolumeSource: user=s
ScaleIOVolumeSource: fsType=s gateway=s protectionDomain=s readOnly=b secretRef=LocalObjectReference
ScaleIOVolumeSource: sslEnabled=b storageMode=s storagePool=s system=s volumeName=s
SecretVolumeSource: defaultMode=i items=[KeyToPath] optional=b secretName=s
StorageOSVolumeSource: fsType=s readOnly=b secretRef=LocalObjectReference volumeName=s volumeNamespace=s
VsphereVirtualDiskVolumeSource: fsType=s storagePolicyID=s storagePolicyName=s volumePath=s
KeyToPath: key=s mode=i path=s
DownwardAPIVolumeFile: fieldRef=ObjectFieldSelector mode=i path=s resourceFieldRef=ResourceFieldSelector
PersistentVolumeClaimTemplate: metadata=ObjectMeta spec=PersistentVolumeClaimSpec
VolumeProjection: configMap=ConfigMapProjection downwardAPI=DownwardAPIProjection secret=SecretProjection
VolumeProjection: serviceAccountToken=ServiceAccountTokenProjection
PersistentVolumeClaimSpec: accessModes=[s] dataSource=TypedLocalObjectReference
PersistentVolumeClaimSpec: resources=ResourceRequirements selector=LabelSelector storageClassName=s
PersistentVolumeClaimSpec: volumeMode=s volumeName=s
ConfigMapProjection: items=[KeyToPath] name=s optional=b
DownwardAPIProjection: items=[DownwardAPIVolumeFile]
SecretProjection: items=[KeyToPath] name=s optional=b
ServiceAccountTokenProjection: audience=s expirationSeconds=i path=s
`;
