/** CustomResourceDefinitions. As /openapi/v2 of kube-apiserver 1.20.2 tells them; the notation is told in language.ts. */
export const definitionTypes = `
CustomResourceDefinition: apiVersion=s kind=s metadata=ObjectMeta spec=CustomResourceDefinitionSpec
CustomResourceDefinition: status=CustomResourceDefinitionStatus
CustomResourceDefinitionSpec: conversion=CustomResourceConversion group=s
CustomResourceDefinitionSpec: names=CustomResourceDefinitionNames preserveUnknownFields=b scope=s
CustomResourceDefinitionSpec: versions=[CustomResourceDefinitionVersion]
CustomResourceDefinitionStatus: acceptedNames=CustomResourceDefinitionNames
CustomResourceDefinitionStatus: conditions=[CustomResourceDefinitionCondition] storedVersions=[s]
CustomResourceConversion: strategy=s webhook=WebhookConversion
CustomResourceDefinitionNames: categories=[s] kind=s listKind=s plural=s shortNames=[s] singular=s
CustomResourceDefinitionVersion: additionalPrinterColumns=[CustomResourceColumnDefinition] deprecated=b
CustomResourceDefinitionVersion: deprecationWarning=s name=s schema=CustomResourceValidation served=b
CustomResourceDefinitionVersion: storage=b subresources=CustomResourceSubresources
CustomResourceDefinitionCondition: lastTransitionTime=t message=s reason=s status=s type=s
WebhookConversion: clientConfig=WebhookClientConfig conversionReviewVersions=[s]
CustomResourceColumnDefinition: description=s format=s jsonPath=s name=s priority=i type=s
CustomResourceValidation: openAPIV3Schema=JSONSchemaProps
CustomResourceSubresources: scale=CustomResourceSubresourceScale status=any
WebhookClientConfig: caBundle=y service=ServiceReference url=s
JSONSchemaProps: $ref=s $schema=s additionalItems=any additionalProperties=any allOf=[JSONSchemaProps]
JSONSchemaProps: anyOf=[JSONSchemaProps] default=any definitions={JSONSchemaProps} dependencies={any}
JSONSchemaProps: description=s enum=[any] example=any exclusiveMaximum=b exclusiveMinimum=b
JSONSchemaProps: externalDocs=ExternalDocumentation format=s id=s items=any maxItems=i maxLength=i
JSONSchemaProps: maxProperties=i maximum=n minItems=i minLength=i minProperties=i minimum=n multipleOf=n
JSONSchemaProps: not=JSONSchemaProps nullable=b oneOf=[JSONSchemaProps] pattern=s
JSONSchemaProps: patternProperties={JSONSchemaProps} properties={JSONSchemaProps} required=[s] title=s
JSONSchemaProps: type=s uniqueItems=b x-kubernetes-embedded-resource=b x-kubernetes-int-or-string=b
JSONSchemaProps: x-kubernetes-list-map-keys=[s] x-kubernetes-list-type=s x-kubernetes-map-type=s
JSONSchemaProps: x-kubernetes-preserve-unknown-fields=b
CustomResourceSubresourceScale: labelSelectorPath=s specReplicasPath=s statusReplicasPath=s
ServiceReference: name=s namespace=s path=s port=i
ExternalDocumentation: description=s url=s
`;
