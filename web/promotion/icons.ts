/** The few icons of the page, drawn as lines in the colour of the text. */
import { svg } from '../support/dom.ts'

const paths = {
  add: 'M8 3v10M3 8h10',
  arrow: 'M8 2.5v11M4 9.5l4 4 4-4',
  check: 'M3 8.5l3.2 3.2L13 5',
  close: 'M4 4l8 8M12 4l-8 8',
  cut: 'M1.5 8h2M5.5 8h2M9.500 8h2M13 8h1.5M8 2v3.200M6 4l2 1.800L10 4M8 14v-3.200M6 12l2-1.800 2 1.800',
  edit: 'M3 13l.6-2.600L11 3l2 2-7.400 7.400L3 13z',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  join: 'M8 1.500v4M6 4l2 1.800L10 4M8 14.500v-4M6 12l2-1.800 2 1.800M2 8h12',
  lock: 'M4 7.500h8V13H4zM5.500 7.500V5a2.500 2.500 0 015 0v2.500',
  merge: 'M4 2.500v11M4 6c0 3 3 4 8 4M9.800 7.800L12 10l-2.200 2.200',
  redo: 'M13 3v4H9M13 7a5 5 0 10-.8 4.500',
  rocket:
    'M6 10c0-4 2-7 7-7 0 5-3 7-7 7zM6 10l-3 .5L4.500 7 7 6M6 10l-.5 3 3.500-1.500L10 9M3 13l1.500-1.500',
  undo: 'M3 3v4h4M3 7a5 5 0 11.8 4.500',
  info: 'M8 2a6 6 0 100 12A6 6 0 008 2zM8 7.200v4M8 4.800v.4',
  warning: 'M8 2.500L14 13H2zM8 6.500v3M8 11v.6',
  error: 'M8 2a6 6 0 100 12A6 6 0 008 2zM6 6l4 4M10 6l-4 4',
} as const

export type IconName = keyof typeof paths

/** Says nothing to a screen reader: what it stands on has a name. */
export function icon(name: IconName): SVGSVGElement {
  const line = { d: paths[name], fill: 'none', stroke: 'currentColor', 'stroke-width': 1.2 }
  const shape = svg('path', { ...line, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' })
  return svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, shape)
}
