//! `stackc resolve`

use serde_json::Value;

use crate::args::{Args, ModelFormat, Resolve};
use crate::exit::Exit;
use crate::project::{Project, known_environment};
use crate::report;

/// Prints the resolved model of an environment.
pub(crate) fn run(args: &Args, options: &Resolve) -> Exit {
    match model(args, options) {
        Ok((model, ModelFormat::Json)) => report::result(&format!("{model:#}\n")),
        Ok((model, ModelFormat::Yaml)) => match stackc_target::plain_yaml(&model) {
            Ok(text) => report::result(&text),
            Err(_) => Exit::Internal,
        },
        Err(exit) => exit,
    }
}

fn model(args: &Args, options: &Resolve) -> Result<(Value, ModelFormat), Exit> {
    let compilation = Project::find(args)?.compiled(args)?;
    known_environment(args, Some(&options.env), &compilation)?;
    let stack = compilation.stack.as_ref().ok_or(Exit::Internal)?;
    let environment = stack
        .environments
        .iter()
        .find(|environment| environment.name.as_str() == options.env)
        .ok_or(Exit::Usage)?;
    Ok((stackc_driver::model(environment), options.format))
}
