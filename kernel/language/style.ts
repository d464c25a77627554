/** How what TypeScript writes into a cell is laid out: as the cell is. Pure. */
import { ts } from './typescript.ts'

export function formatSettings(source: string): ts.FormatCodeSettings {
  const indent = /^( +)\S/m.exec(source)?.[1]?.length ?? 2
  return {
    ...ts.getDefaultFormatCodeSettings('\n'),
    indentSize: Math.min(indent, 8),
    tabSize: Math.min(indent, 8),
    convertTabsToSpaces: !/^\t/m.test(source),
    semicolons: /;[ \t]*$/m.test(source) ? ts.SemicolonPreference.Insert : ts.SemicolonPreference.Remove,
  }
}

export function quotes(source: string): ts.UserPreferences {
  const single = source.split("'").length
  const double = source.split('"').length
  return { quotePreference: double > single ? 'double' : 'single' }
}
