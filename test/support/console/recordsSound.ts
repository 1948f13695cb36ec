/** Counts what the page plays, and keeps what it shows outside of itself. */
export const recordsSound = `
  globalThis.tones = 0;
  globalThis.shown = [];
  globalThis.ended = 0;
  const create = BaseAudioContext.prototype.createOscillator;
  BaseAudioContext.prototype.createOscillator = function () {
    globalThis.tones += 1;
    return create.call(this);
  };
  globalThis.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      globalThis.shown.push(title + ' ' + options.body);
    }
    close() {
      super.close();
      globalThis.ended += 1;
    }
  };
`;
