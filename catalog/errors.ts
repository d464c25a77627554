/** The errors of the catalog: a stable code each, and a text that says what was expected, what came, what to do. */

export const catalogErrorCodes = {
  CAT001: 'Catalog unreadable',
  CAT002: 'Catalog of a newer version',
  CAT003: 'Unknown feature version',
  CAT004: 'Replacement is deprecated itself',
  CAT005: 'Entity contradicts the registered one',
  CAT006: 'Data unreadable',
  CAT007: 'Join is not possible',
  CAT008: 'Online store unreadable',
  CAT009: 'Input of a derived feature is not registered',
} as const

export type CatalogErrorCode = keyof typeof catalogErrorCodes

export class CatalogError extends Error {
  readonly code: CatalogErrorCode

  constructor(code: CatalogErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'CatalogError'
    this.code = code
  }
}
