// The session at the server that draws this page: what its last run has said, and how to tell it something.

export const session = {
  /** @type {Drawn} */
  drawn: {
    version: 0, page: "", session: "", heard: false, token: null, watches: false, waits: false, name: "", sends: null,
    room: null,
    push: false, messages: [], answers: {},
  },

  /**
   * Set a value of the doorbell's, which makes the session run.
   * @type {(name: string, value: unknown) => void}
   */
  say() {},
};
