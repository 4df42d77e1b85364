/** The Rust backend where the official one is asked for. It has to compile, but for the marked line. */

import type { CfTypes, SyncBackendRpcInterface } from '@livestore/sync-cf/cf-worker'

import type { DurableObjects, SyncBackendDO } from './objects'

export const official = (object: SyncBackendDO, { SYNC_BACKEND_DO }: DurableObjects, other: Rpc.DurableObjectBranded) => {
  const itself: SyncBackendRpcInterface = object
  const stub: CfTypes.DurableObjectStub<SyncBackendRpcInterface> = SYNC_BACKEND_DO.getByName('notes')
  // @ts-expect-error an object without the method
  const stranger: SyncBackendRpcInterface = other
  return [itself, stub, stranger]
}
