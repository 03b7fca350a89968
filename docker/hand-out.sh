#!/bin/sh
# Hands the lessons out into the learner's folder when the server starts; a copy that the learner has changed is never touched.
# docker-stacks runs it from before-notebook.d, as the user whose server it is. A hub's learner keeps the folder, so it cannot be in the image.
/opt/resnetlab/bin/notebookgen handout -from /opt/resnetlab/notebooks -to "$HOME/resnetlab" ||
	echo "resnetlab: the lessons could not be handed out to $HOME/resnetlab; they can be read in /opt/resnetlab/notebooks" >&2
exit 0
