/** The colours and fonts of the editor as a Vega configuration. */
import type { Config } from 'vega-lite'

/** What kind of theme it is: contrast themes draw every mark with an edge. */
export interface Shape {
  readonly contrast: boolean
  readonly dark: boolean
}

/** @param body of the page, where VS Code puts the kind of its theme as a class */
export function shapeOf(body: HTMLElement): Shape {
  const { classList } = body
  const contrast =
    classList.contains('vscode-high-contrast') || classList.contains('vscode-high-contrast-light')
  const dark =
    classList.contains('vscode-dark') ||
    (classList.contains('vscode-high-contrast') && !classList.contains('vscode-high-contrast-light'))
  return { contrast, dark }
}

const light = ['#1f77d0', '#c96a00', '#2f8132', '#8b5bb5', '#d03a3a', '#9a7500', '#00848c', '#a3487a']
const dark = ['#4fa3ff', '#e8963c', '#5cb85f', '#b18fe0', '#f26d6d', '#d6b24a', '#3fc1c9', '#e38bb8']

/** @param style computed style of the page, where VS Code puts its theme as custom properties */
export function themeOf(style: CSSStyleDeclaration, shape: Shape): Config {
  const pick = (name: string, otherwise: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || otherwise
  const text = pick('editor-foreground', shape.dark ? '#cccccc' : '#333333')
  const faint = shape.contrast ? text : pick('descriptionForeground', shape.dark ? '#9d9d9d' : '#666666')
  const font = pick('font-family', 'system-ui, sans-serif')
  const colours = shape.dark ? dark : light
  const first = colours[0]!
  return {
    background: 'transparent',
    font,
    title: {
      color: text,
      fontSize: 13,
      fontWeight: 600,
      anchor: 'start',
      offset: 10,
      subtitleColor: faint,
      subtitleFontSize: 11,
    },
    style: {
      'guide-label': { fill: faint, fontSize: 11 },
      'guide-title': { fill: text, fontSize: 11, fontWeight: 500 },
      'group-title': { fill: text },
      'group-subtitle': { fill: faint },
    },
    axis: {
      gridColor: faint,
      gridOpacity: shape.contrast ? 0.5 : 0.2,
      domainColor: faint,
      tickColor: faint,
      labelLimit: 160,
    },
    header: { labelColor: faint, titleColor: text },
    legend: { labelLimit: 200 },
    view: { stroke: 'transparent' },
    mark: { color: first },
    text: { color: text },
    rule: { color: text },
    ...(shape.contrast ? { bar: { stroke: text, strokeWidth: 1 } } : {}),
    boxplot: { median: { color: shape.dark ? '#1e1e1e' : '#ffffff' } },
    range: { category: [...colours] },
  }
}
