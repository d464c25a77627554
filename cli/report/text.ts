/** A problem report as Markdown, ready to be read and pasted. Pure. */
import type { ReportFacts } from './facts.ts'
import { redact, redactLog, type Places } from './redact.ts'

export function reportText(facts: ReportFacts, places: Places): string {
  const clean = (text: string) => redact(text, places)
  const parts = [
    '# Problem report',
    '',
    '## What happened',
    '',
    '_What did you do, what did you expect, and what came instead?_',
    ...section('Versions', facts.versions, clean),
    ...section('Settings', facts.settings, clean),
    ...section('Project', facts.project, clean),
    ...section('Diagnostics', facts.diagnostics, clean),
    ...(facts.problems.length > 0
      ? ['', '## Problems', '', ...facts.problems.map(problem => `- ${redactLog(problem, places)}`)]
      : []),
    ...Object.entries(facts.logs).flatMap(([title, log]) => [
      '',
      `## ${title}`,
      '',
      '```',
      redactLog(log, places).replaceAll('```', "'''"),
      '```',
    ]),
  ]
  return `${parts.join('\n')}\n`
}

function section(
  title: string,
  values: Readonly<Record<string, string | number>>,
  clean: (text: string) => string,
): string[] {
  const rows = Object.entries(values).map(([name, value]) => `| ${name} | ${clean(String(value))} |`)
  return rows.length > 0 ? ['', `## ${title}`, '', '| | |', '|---|---|', ...rows] : []
}
