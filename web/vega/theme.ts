/** The colours and fonts of the editor as a Vega-Lite configuration. */
import type { Config } from 'vega-lite'

/** @param style computed style of the page, where VS Code puts its theme as custom properties */
export function themeOf(style: CSSStyleDeclaration): Config {
  const pick = (name: string, otherwise: string): string =>
    style.getPropertyValue(`--vscode-${name}`) || otherwise
  const text = pick('editor-foreground', '#333333')
  const faint = pick('descriptionForeground', '#717171')
  const font = pick('font-family', 'sans-serif')
  const colours = ['blue', 'orange', 'green', 'purple', 'red', 'yellow']
  const defaults = ['#3794ff', '#d18616', '#388a34', '#b180d7', '#f14c4c', '#cca700']
  const range = colours.map((name, i) => pick(`charts-${name}`, defaults[i]!))
  return {
    background: 'transparent',
    font,
    title: { color: text, fontSize: 13, fontWeight: 600, anchor: 'start', offset: 10 },
    style: {
      'guide-label': { fill: faint, fontSize: 11 },
      'guide-title': { fill: text, fontSize: 11, fontWeight: 500 },
    },
    axis: { gridColor: faint, gridOpacity: 0.2, domainColor: faint, tickColor: faint },
    view: { stroke: 'transparent' },
    mark: { color: range[0]! },
    range: { category: range },
  }
}
