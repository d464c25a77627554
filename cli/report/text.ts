/** A problem report as Markdown, ready to be read and pasted. Pure. */
import type { ReportFacts } from './facts.ts'
import { redact, redactLog, type Places } from './redact.ts'

/** The same facts with nothing in them of who, where and what the data says. */
export function redactFacts(facts: ReportFacts, places: Places): ReportFacts {
  const values = (record: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, redact(value, places)]))
  return {
    ...facts,
    versions: values(facts.versions),
    settings: values(facts.settings),
    problems: facts.problems.map(problem => redactLog(problem, places)),
    logs: Object.fromEntries(
      Object.entries(facts.logs).map(([title, log]) => [title, redactLog(log, places)]),
    ),
  }
}

/** @param facts redacted */
export function reportText({
  versions,
  settings,
  project,
  diagnostics,
  problems,
  logs,
}: ReportFacts): string {
  const parts = [
    '# Problem report',
    '',
    '## What happened',
    '',
    '_What did you do, what did you expect, and what came instead?_',
    ...section('Versions', versions),
    ...section('Settings', settings),
    ...section('Project', project),
    ...section('Diagnostics', diagnostics),
    ...(problems.length > 0 ? ['', '## Problems', '', ...problems.map(problem => `- ${problem}`)] : []),
    ...Object.entries(logs).flatMap(([title, log]) => [
      '',
      `## ${title}`,
      '',
      '```',
      log.replaceAll('```', "'''"),
      '```',
    ]),
  ]
  return `${parts.join('\n')}\n`
}

function section(title: string, values: Readonly<Record<string, string | number>>): string[] {
  const rows = Object.entries(values).map(([name, value]) => `| ${name} | ${value} |`)
  return rows.length > 0 ? ['', `## ${title}`, '', '| | |', '|---|---|', ...rows] : []
}
