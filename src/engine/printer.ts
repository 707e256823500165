type StreamName = 'stdout' | 'stderr'

/** What is drawn on the terminal below everything else, and steps aside while lines are written. */
export interface Footer {
  clear(): void
  draw(): void
}

let footer: Footer | undefined

export function setFooter(next: Footer | undefined): void {
  footer = next
}

/** Puts what one worker prints together to whole lines, and writes them above the bar if there is one. */
export class LinePrinter {
  #pending = { stdout: '', stderr: '' }

  print(stream: StreamName, text: string): void {
    const all = this.#pending[stream] + text
    const end = all.lastIndexOf('\n') + 1
    this.#pending[stream] = all.slice(end)
    if (end === 0) return
    footer?.clear()
    process[stream].write(all.slice(0, end))
    footer?.draw()
  }

  /** Ends a line that was left open. */
  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#pending[stream] !== '') this.print(stream, '\n')
    }
  }
}
