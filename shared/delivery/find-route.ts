/**
 * The planner with the circuits: plans, and when the choice falls on a half-open route, sees to it that only one message of all
 * instances tries it.
 */
import type { Circuits } from './circuit.ts';
import { planRoute, type Health, type Plan, type PlanFacts } from './plan.ts';
import { routeName } from './route.ts';

/** Finds the route that a message takes now. Never rejects. A `send` plan must be followed by `circuits.report`. */
export async function findRoute(circuits: Circuits, facts: Omit<PlanFacts, 'health'>): Promise<Plan> {
  const known = await circuits.health(facts.routes);
  const asked = new Map<string, Health>();
  for (;;) {
    const plan = planRoute({ ...facts, health: (route) => asked.get(routeName(route)) ?? known(route) });
    if (plan.kind !== 'send' || asked.has(routeName(plan.route))) return plan;
    if (known(plan.route).state !== 'half-open') return plan;
    asked.set(routeName(plan.route), await circuits.probe(plan.route));
  }
}
