/**
 * What Azure Storage says when it refuses: code, HTTP status and sentence.
 * Sources: https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes and the pages of the table, queue
 * and blob service beside it.
 */
export const REFUSALS = {
  AuthenticationFailed: [
    403,
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
  ],
  InternalError: [500, 'The server encountered an internal error. Please retry the request.'],
  OperationTimedOut: [500, 'The operation could not be completed within the permitted time.'],
  ServerBusy: [503, 'The server is busy.'],
  InvalidResourceName: [400, 'The specified resource name contains invalid characters.'],
  InvalidXmlDocument: [400, 'XML specified is not syntactically valid.'],
  InvalidQueryParameterValue: [
    400,
    'Value for one of the query parameters specified in the request URI is invalid.',
  ],
  OutOfRangeQueryParameterValue: [
    400,
    'One of the query parameters specified in the request URI is outside the permissible range.',
  ],
  MissingRequiredHeader: [400, 'A required HTTP header was not specified.'],
  RequestBodyTooLarge: [413, 'The request body is too large and exceeds the maximum permissible limit.'],
  NotImplemented: [501, 'The requested operation is not implemented on the specified resource.'],

  QueueNotFound: [404, 'The specified queue does not exist.'],
  QueueAlreadyExists: [409, 'The specified queue already exists.'],
  QueueBeingDeleted: [409, 'The specified queue is being deleted.'],
  MessageNotFound: [404, 'The specified message does not exist.'],
  PopReceiptMismatch: [
    400,
    'The specified pop receipt did not match the pop receipt for a dequeued message.',
  ],

  TableNotFound: [404, 'The table specified does not exist.'],
  TableAlreadyExists: [409, 'The table specified already exists.'],
  TableBeingDeleted: [409, 'The specified table is being deleted.'],
  ResourceNotFound: [404, 'The specified resource does not exist.'],
  EntityAlreadyExists: [409, 'The specified entity already exists.'],
  UpdateConditionNotSatisfied: [412, 'The update condition specified in the request was not satisfied.'],
  EntityTooLarge: [400, 'The entity is larger than the maximum allowed size (1MB).'],
  PropertyValueTooLarge: [
    400,
    'The property value exceeds the maximum allowed size (64KB). If the property value is a string, it is UTF-16 encoded and the maximum number of characters should be 32K or less.',
  ],
  PropertyNameTooLong: [400, 'The property name exceeds the maximum allowed length (255).'],
  TooManyProperties: [400, 'The entity contains more properties than allowed.'],
  PropertiesNeedValue: [400, 'The values are not specified for all properties in the entity.'],
  OutOfRangeInput: [400, 'One of the request inputs is out of range.'],
  InvalidInput: [400, 'One of the request inputs is not valid.'],
  InvalidDuplicateRow: [
    400,
    'The batch request contains multiple changes with same row key. An entity can appear only once in a batch request.',
  ],
  CommandsInBatchActOnDifferentPartitions: [
    400,
    'All commands in a batch must operate on same entity group.',
  ],

  ContainerNotFound: [404, 'The specified container does not exist.'],
  ContainerAlreadyExists: [409, 'The specified container already exists.'],
  ContainerBeingDeleted: [409, 'The specified container is being deleted.'],
  BlobNotFound: [404, 'The specified blob does not exist.'],
  BlobAlreadyExists: [409, 'The specified blob already exists.'],
  ConditionNotMet: [412, 'The condition specified using HTTP conditional header(s) is not met.'],
  InvalidBlockList: [400, 'The specified block list is invalid.'],
  InvalidRange: [416, 'The range specified is invalid for the current size of the resource.'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type RefusalCode = keyof typeof REFUSALS;

/** An expected "no". */
export interface Refusal {
  readonly refused: RefusalCode;
}

export const refuse = (refused: RefusalCode): Refusal => ({ refused });

export const isRefusal = (result: object | undefined): result is Refusal =>
  result !== undefined && 'refused' in result;
