import type { CreateUser, User as UserView } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { User } from '../domain/business.ts';
import { type PageRequest, page } from './cursor.ts';
import type { UserStore } from './ports.ts';

interface Needs {
  readonly users: UserStore;
  readonly now: () => number;
  readonly newId: () => string;
  /** Of one business. */
  readonly usersMax: number;
}

export function createUsers({ users, now, newId, usersMax }: Needs) {
  return {
    create: async (businessId: string, request: CreateUser): Promise<UserView> => {
      const { name, userId = newId(), emailAddress = null } = request;
      const user: User = { businessId, userId, name, emailAddress, createdAt: now() };
      const outcome = await users.add(user, usersMax);
      if (outcome === 'exists') throw new AppError('already-exists', `there is a user ${userId}`);
      if (outcome === 'full') throw new AppError('conflict', `a business has at most ${usersMax} users`);
      return view(user);
    },

    list: (businessId: string, request: PageRequest) =>
      page(
        request,
        (range) => users.list(businessId, range),
        ({ createdAt, userId }) => ({ createdAt, id: userId }),
        view,
      ),
  };
}

function view(user: User): UserView {
  return { ...user, createdAt: new Date(user.createdAt).toISOString() };
}
