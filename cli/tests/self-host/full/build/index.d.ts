// not a module
