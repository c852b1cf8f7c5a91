// The world's clock may differ from that of the machine: what is signed, checked and dated here is
// so many seconds ahead. TLS and timers keep the machine's time.
const RealDate = Date;

export function shiftClock(seconds) {
  const ahead = seconds * 1000;
  globalThis.Date = class extends RealDate {
    constructor(...parts) {
      if (parts.length === 0) super(RealDate.now() + ahead);
      else super(...parts);
    }
    static now() {
      return RealDate.now() + ahead;
    }
  };
}

export const seconds = () => Math.floor(Date.now() / 1000);
export const httpDate = () => new Date().toUTCString();
