// `try` and `catch` for code that must also compile without exceptions, where nothing throws.
#pragma once

#if defined(__cpp_exceptions)
#define WANDB_TRY try
#define WANDB_CATCH(what) catch (what)
#else
#define WANDB_TRY if (true)
#define WANDB_CATCH(what) else
#endif
