#!/bin/sh
# Copies the lessons to the learner's folder when the server starts; a copy that the learner has changed is not overwritten.
# docker-stacks runs it from before-notebook.d as the server's user. A hub mounts the learner's folder, so it cannot be in the image.
/opt/resnetlab/bin/notebookgen handout -from /opt/resnetlab/notebooks -to "$HOME/resnetlab" ||
	echo "resnetlab: the lessons could not be handed out to $HOME/resnetlab; they can be read in /opt/resnetlab/notebooks" >&2
exit 0
