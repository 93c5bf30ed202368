// The part of kafkajs that the doctor mends.

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    pending: unknown[]
    throttledUntil: number
    scheduleCheckPendingRequests(): void
  }
}
