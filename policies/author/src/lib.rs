//! From an idea to a component: folders for new policies, the tools of their languages, modules made into
//! components, and what a component says of itself. Runs no policy.
