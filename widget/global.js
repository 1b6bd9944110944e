// A value by its global name. A static binding would bring a lock and its panics.
export const global = name => self[name]
