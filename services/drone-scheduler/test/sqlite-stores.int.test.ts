import { contractSuite, tempFolder } from '@dronedelivery/testing';
import { openTestStores } from './sqlite-stores.ts';
import { fleetStoreTests, missionStoreTests } from './store-contract.ts';

const sqlite = {
  name: 'SQLite',
  async create() {
    const resources = new AsyncDisposableStack();
    const folder = resources.use(await tempFolder());
    const port = resources.use(await openTestStores(folder.file('stores.db')));
    return { port, dispose: () => resources.disposeAsync() };
  },
};

contractSuite('missions and usage', [sqlite], missionStoreTests);
contractSuite('fleet', [sqlite], fleetStoreTests);
