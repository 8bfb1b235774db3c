/** What all kinds have in common. As /openapi/v2 of kube-apiserver 1.20.2 tells them; the notation is told in language.ts. */
export const metadataTypes = `
ObjectMeta: annotations={s} clusterName=s creationTimestamp=t deletionGracePeriodSeconds=i
ObjectMeta: deletionTimestamp=t finalizers=[s]<> generateName=s generation=i labels={s}
ObjectMeta: managedFields=[ManagedFieldsEntry] name=s namespace=s ownerReferences=[OwnerReference]<uid>
ObjectMeta: resourceVersion=s selfLink=s uid=s
ManagedFieldsEntry: apiVersion=s fieldsType=s fieldsV1=any manager=s operation=s time=t
OwnerReference: apiVersion=s blockOwnerDeletion=b controller=b kind=s name=s uid=s
LocalObjectReference: name=s
ObjectReference: apiVersion=s fieldPath=s kind=s name=s namespace=s resourceVersion=s uid=s
LabelSelector#atomic: matchExpressions=[LabelSelectorRequirement] matchLabels={s}
LabelSelectorRequirement: key=s operator=s values=[s]
TypedLocalObjectReference: apiGroup=s kind=s name=s
`;
