# %% [markdown]
# # Recipients in a notebook
# Each cell works in Jupyter, where an event loop is running already. Set SENDAPI_API_KEY and
# SENDAPI_SESSION_ID before you start.

# %%
import polars as pl

import validator

leads = pl.DataFrame({"name": ["Ann", "Bob"], "mobile": ["07400 123456", "+44 7400 123457"]})

# %% What would a check cost?
leads.write_csv("leads.csv")
settings = validator.ListSettings(region="GB")
plan = validator.plan_file("leads.csv", options=validator.RunOptions(settings=settings), rate_per_min=300)
print(plan.calls_to_make, "requests")


# %% Check, with the progress as it goes
def show(state: validator.ProgressState) -> None:
    """Print where the run stands."""
    print(state.phase, state.done, "of", state.total)


options = validator.RunOptions(settings=settings, on_progress=show)
checked = validator.check_frame(leads, options=options)
print(checked.select("name", "e164", "verdict"))

# %% Whom to send to
print(checked.filter(pl.col("verdict") == "registered").height, "can be sent to")
