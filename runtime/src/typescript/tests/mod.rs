mod module;
mod shapes;
