// The errors that a registry answers with: code, and the words of Confluent's (its missing blanks too, as programs compare
// them). The status is the first three digits.

export class RegistryFailure extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }

  get status(): number {
    return this.code < 1000 ? this.code : Math.floor(this.code / 100)
  }
}

export const failures = {
  subjectNotFound: (subject: string) => new RegistryFailure(40401, `Subject '${subject}' not found.`),
  versionNotFound: (version: number | string) => new RegistryFailure(40402, `Version ${version} not found.`),
  schemaNotFound: (id?: number) =>
    new RegistryFailure(40403, id === undefined ? 'Schema not found' : `Schema ${id} not found`),
  subjectSoftDeleted: (subject: string) =>
    new RegistryFailure(40404, `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`),
  subjectNotSoftDeleted: (subject: string) =>
    new RegistryFailure(40405, `Subject '${subject}' was not deleted first before being permanently deleted`),
  versionSoftDeleted: (subject: string, version: number) =>
    new RegistryFailure(
      40406,
      `Subject '${subject}' Version ${version} was soft deleted.Set permanent=true to delete permanently`,
    ),
  versionNotSoftDeleted: (subject: string, version: number) =>
    new RegistryFailure(
      40407,
      `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
    ),
  noSubjectLevel: (subject: string) =>
    new RegistryFailure(40408, `Subject '${subject}' does not have subject-level compatibility configured`),
  noSubjectMode: (subject: string) =>
    new RegistryFailure(40409, `Subject '${subject}' does not have subject-level mode configured`),
  incompatible: (subject: string, details: readonly string[]) =>
    new RegistryFailure(
      409,
      `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${details.join(', ')}]`,
    ),
  invalidSchema: (problem: string) => new RegistryFailure(42201, `Invalid schema: ${problem}`),
  invalidVersion: (version: string) =>
    new RegistryFailure(
      42202,
      `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
    ),
  invalidLevel: () =>
    new RegistryFailure(
      42203,
      'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
    ),
  invalidMode: () =>
    new RegistryFailure(42204, 'Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, and IMPORT'),
  notPermitted: (problem: string) => new RegistryFailure(42205, problem),
  referenceExists: (subject: string, version: number) =>
    new RegistryFailure(
      42206,
      `One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=${subject},version=${version}}.`,
    ),
  idDoesNotMatch: (id: number) =>
    new RegistryFailure(42207, `Schema already registered with id ${id} instead of input id`),
  store: (problem: string) => new RegistryFailure(50001, `Error in the backend data store: ${problem}`),
}
