/** Menus that open over a grid: one at a time, closed by a press outside of it. */
import type { GridContext } from './context.ts'

/** A menu is at least so high, if the frame has to grow for it. */
const minPanelHeight = 260

export interface Panels {
  open(panel: HTMLElement, anchor: HTMLElement): void
  close(): void
  /** Closes, and gives the focus back to the grid. */
  closeToGrid(): void
}

export function createPanels({ frame: { element: frame, panels, scroller } }: GridContext): Panels {
  let closePanel: (() => void) | undefined
  const close = (): void => closePanel?.()

  function place(panel: HTMLElement, anchor: HTMLElement): void {
    const [outer, inner] = [frame.getBoundingClientRect(), anchor.getBoundingClientRect()]
    const left = Math.max(4, Math.min(inner.left - outer.left, outer.width - panel.offsetWidth - 6))
    const top = inner.bottom - outer.top
    panel.style.left = `${left}px`
    panel.style.top = `${top}px`
    // The frame of an output grows with its content only: the panel must not hang below it.
    const height = Math.max(outer.height - top - 8, minPanelHeight)
    panel.style.maxHeight = `${height}px`
    frame.style.minHeight = `${top + Math.min(panel.scrollHeight, height) + 12}px`
  }

  return {
    open(panel, anchor) {
      close()
      panels.replaceChildren(panel)
      place(panel, anchor)
      const outside = (event: Event): void => {
        if (!event.composedPath().includes(panel)) close()
      }
      document.addEventListener('pointerdown', outside, true)
      closePanel = () => {
        document.removeEventListener('pointerdown', outside, true)
        panels.replaceChildren()
        frame.style.minHeight = ''
        closePanel = undefined
      }
      const field =
        panel.querySelector<HTMLElement>('input[type=text]:not([hidden])') ?? panel.querySelector('button')
      field?.focus()
    },
    close,
    closeToGrid() {
      close()
      scroller.focus({ preventScroll: true })
    },
  }
}
