import { registerHooks } from 'node:module';

/** Node runs TypeScript but looks for the `.js` that imports name, which only a build would make. */
registerHooks({
  resolve(specifier, context, next) {
    const isOwn = specifier.startsWith('.') && context.parentURL?.endsWith('.ts') === true;
    return next(isOwn ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
