import { InvalidArgumentError } from 'commander'

/** A number of rows as an option gives it. @throws InvalidArgumentError of Commander */
export function parseRows(text: string): number {
  const rows = Number(text)
  if (Number.isSafeInteger(rows) && rows > 0) return rows
  throw new InvalidArgumentError(`Expected a number of rows, got ${text}.`)
}
